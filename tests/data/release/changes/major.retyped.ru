# expect: changed br:order
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
DELETE DATA { br:order a owl:DatatypeProperty } ;
INSERT DATA { br:order a owl:ObjectProperty }
