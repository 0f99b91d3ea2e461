# expect: changed br:Region
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
DELETE DATA { br:Region rdfs:subClassOf org:OrganizationalCollaboration }
