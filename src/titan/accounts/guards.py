"""What the database's refusals about logins mean."""

from __future__ import annotations

from titan.core.guards import unique_means

unique_means("accounts_user_email", "accounts_user.email", "email", "Another login has this e-mail.")
