"""Lambda's operations."""

from moto.awslambda.responses import LambdaResponse as MotoLambdaResponse

from local.aws.awslambda.models import FunctionsBackend, functions_backends


class LambdaResponse(MotoLambdaResponse):
    """Reads requests and writes answers; the methods carry the names of the operations."""

    @property
    def backend(self) -> FunctionsBackend:
        """The region's functions."""
        return functions_backends[self.current_account][self.region]
