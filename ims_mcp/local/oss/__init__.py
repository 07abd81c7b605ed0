"""The OSS of the embedded IMS: objects on disk behind the REST protocol that official clients speak."""
