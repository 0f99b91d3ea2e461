# expect: added br:Step
# expect: added brsh:Step
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { br:Step a owl:Class . brsh:Step a sh:NodeShape ; sh:targetClass br:Step ; sh:nodeKind sh:IRI ; sh:property [ sh:path br:region ; sh:minCount 1 ] }
