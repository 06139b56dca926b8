"""What the collector looks at: reports, dashboards and review meetings."""
