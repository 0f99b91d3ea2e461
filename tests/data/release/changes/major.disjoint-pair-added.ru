# expect: changed br:Plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
INSERT DATA { br:Plan owl:disjointWith br:Region }
