"""What can be set for the whole sandbox, and what it is at the start. `reset` goes back to what it was started with."""

from dataclasses import dataclass, field


@dataclass
class Settings:
    versions: tuple[str, ...] = ("v25.0", "v26.0")
    """Live Marketing API versions, oldest first (Meta: versioning)."""
    auto_upgrade: bool = False
    """Serve an expired version as the next live one, with a warning header, instead of refusing it with 2635."""
    app_id: str = "1203947561028835"
    app_secret: str = field(default="sandbox-app-secret", repr=False)
    require_proof: bool = False
    """The app setting "Require app secret": every call needs an `appsecret_proof`."""
    delete_minimum: int = 100
    """A removal that would leave fewer people than this is refused (Braze says about 1,000, Grouparoo 100)."""
    audience_limit: int = 500
    """Customer lists per ad account (Meta guide: customer file custom audiences)."""
    null: bool = False
    """Uploads are read, counted and thrown away: for benchmarks."""
