# expect: changed concept:trust
PREFIX concept: <https://w3id.org/byregion/id/concept/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
INSERT DATA { concept:trust skos:broader concept:growth }
