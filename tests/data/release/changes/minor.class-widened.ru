# expect: changed brsh:Statement-region
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX brsh: <https://w3id.org/byregion/shapes#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
DELETE DATA { brsh:Statement-region sh:class br:Region } ;
INSERT DATA { brsh:Statement-region sh:class org:OrganizationalCollaboration }
