# br:Tip is br:Advice now.
PREFIX br: <https://w3id.org/byregion/def#>
DELETE { ?tip a br:Tip }
INSERT { ?tip a br:Advice }
WHERE { ?tip a br:Tip }
