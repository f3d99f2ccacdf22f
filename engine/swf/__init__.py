"""How SWF is reached: the client contract, `connect(url)`, the in-process client and boto3. Imports `engine.service`."""
