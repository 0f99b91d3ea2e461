PREFIX x: <http://x.test/id/>
INSERT { ?goal a x:Quoted } WHERE { ?quote x:of ?goal }
