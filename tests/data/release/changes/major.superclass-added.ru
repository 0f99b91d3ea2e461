# expect: changed br:Plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT DATA { br:Plan rdfs:subClassOf br:Statement }
