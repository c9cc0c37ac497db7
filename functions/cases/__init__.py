"""The public door of cases: forms, drafts, documents, receipts, and how a case stands by its code."""
