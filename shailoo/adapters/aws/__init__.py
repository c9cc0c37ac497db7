"""The same promises in the cloud: DynamoDB, S3, SQS, KMS and Secrets Manager behind the ports.

docs/aws-limits.md says which limits of these services stand behind the shape of what is here.
"""
