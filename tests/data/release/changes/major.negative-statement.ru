# expect: changed <https://w3id.org/byregion/def>
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX concept: <https://w3id.org/byregion/id/concept/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
INSERT DATA { [] a owl:NegativePropertyAssertion ; owl:sourceIndividual concept:trust ; owl:assertionProperty br:next ; owl:targetIndividual concept:growth }
