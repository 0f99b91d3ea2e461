# expect: changed br:Goal
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT DATA { br:Goal rdfs:subClassOf [ a owl:Restriction ; owl:onProperty br:region ; owl:allValuesFrom br:Region ] }
