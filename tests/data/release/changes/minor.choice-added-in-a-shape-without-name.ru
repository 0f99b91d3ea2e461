# expect: changed brsh:Statement
# expect: added concept:youth
PREFIX concept: <https://w3id.org/byregion/id/concept/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
DELETE { ?s sh:in ?list }
INSERT { ?s sh:in ( concept:youth concept:trust concept:growth ) . concept:youth a skos:Concept }
WHERE { ?s sh:in ?list }
