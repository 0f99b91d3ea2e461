# expect: changed br:region
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
DELETE
WHERE { br:region owl:propertyChainAxiom ?chain }
