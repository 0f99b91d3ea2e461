# expect: removed br:Plan
# expect: changed br:plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
DELETE { ?s ?p ?o }
WHERE { VALUES (?s ?p ?o) { (br:Plan rdf:type owl:Class) (br:Plan rdfs:label "plan"@nb) (br:Plan rdfs:label "plan"@en) (br:plan rdfs:range br:Plan) } }
