# expect: changed br:Goal
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
DELETE DATA { br:Goal rdfs:label "goal"@en } ;
INSERT DATA { br:Goal rdfs:label "aim"@en }
