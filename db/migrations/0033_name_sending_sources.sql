-- Sources that may send now: what each statement that gives mail to somebody asks.
CREATE VIEW "sending_sources" AS
	select id, kind, ip from sources
	where state = 'active' and removed_at is null and (suspended_until is null or suspended_until <= now());
