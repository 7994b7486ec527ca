"""Amazon Rekognition Custom Labels, beside moto's own Rekognition: projects, training, models and detection."""
