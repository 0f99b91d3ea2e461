# expect: added br:reason
# expect: changed brsh:Statement
# expect: added brsh:Statement-reason
# expect: added brsh:Reason-domain
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { br:reason a owl:DatatypeProperty ; rdfs:domain br:Advice . brsh:Statement-reason a sh:PropertyShape ; sh:path br:reason ; sh:maxCount 1 ; sh:minCount 0 . brsh:Statement sh:property brsh:Statement-reason . brsh:Reason-domain a sh:NodeShape ; sh:targetSubjectsOf br:reason ; sh:class br:Advice }
