# expect: added concept:youth
PREFIX concept: <https://w3id.org/byregion/id/concept/>
PREFIX scheme: <https://w3id.org/byregion/id/scheme/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
INSERT DATA { concept:youth a skos:Concept ; skos:prefLabel "ungdom"@nb ; skos:inScheme scheme:themes }
