# expect: changed br:order
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
DELETE DATA { br:order rdfs:range xsd:integer } ;
INSERT DATA { br:order rdfs:range xsd:decimal }
