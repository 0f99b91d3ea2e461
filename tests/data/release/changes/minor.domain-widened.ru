# expect: changed br:plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
DELETE DATA { br:plan rdfs:domain br:Goal } ;
INSERT DATA { br:plan rdfs:domain br:Statement }
