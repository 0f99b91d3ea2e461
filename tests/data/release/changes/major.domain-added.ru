# expect: changed br:order
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT DATA { br:order rdfs:domain br:Goal }
