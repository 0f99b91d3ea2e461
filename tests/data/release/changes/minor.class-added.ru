# expect: added br:Step
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT DATA { br:Step a owl:Class ; rdfs:label "steg"@nb , "step"@en ; rdfs:subClassOf br:Statement }
