# expect: changed concept:trust
PREFIX concept: <https://w3id.org/byregion/id/concept/>
PREFIX scheme: <https://w3id.org/byregion/id/scheme/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
DELETE DATA { concept:trust skos:inScheme scheme:themes }
