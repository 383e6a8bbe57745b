from tests.support.english import english

__all__ = ["english"]
