# expect: added br:Step
PREFIX br: <https://w3id.org/byregion/def#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
DELETE { ?s owl:members ?list }
INSERT { ?s owl:members ( br:Region br:Statement br:Step ) . br:Step a owl:Class }
WHERE { ?s owl:members ?list }
