# expect: changed brsh:Statement
# expect: added brsh:Whole
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA { brsh:Whole a sh:NodeShape ; sh:nodeKind sh:IRI . brsh:Statement sh:node brsh:Whole }
