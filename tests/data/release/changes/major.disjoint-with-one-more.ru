# expect: changed br:Plan
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
DELETE { ?s owl:members ?list }
INSERT { ?s owl:members ( br:Region br:Statement br:Plan ) }
WHERE { ?s owl:members ?list }
