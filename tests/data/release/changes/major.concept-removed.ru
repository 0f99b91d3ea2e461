# expect: removed concept:trust
PREFIX concept: <https://w3id.org/byregion/id/concept/>
DELETE
WHERE { concept:trust ?p ?o }
