-- Who is there. Ids are given here, and the sequences set afterwards; bench/rows.py says who is who.

INSERT INTO accounts_user
  (id, email, name, password, time_zone, is_superuser, is_staff, is_active, date_joined)
SELECT n, 'person-' || n || '@people.example', 'Person ' || n, '!', 'UTC', false, false, true, %(joined)s
FROM generate_series(1, %(clients)s + %(freelancers)s) n;

INSERT INTO account_emailaddress (user_id, email, verified, "primary")
SELECT id, email, true, true FROM accounts_user;

INSERT INTO accounts_clientaccount (id, public_id, name, country, website, joined_at)
SELECT n, gen_random_uuid(), 'Company ' || n, 'NO', '', %(joined)s
FROM generate_series(1, %(clients)s) n;

INSERT INTO accounts_membership (client_id, user_id, role, joined_at, gate_judged_at)
SELECT n, n, 'owner', %(joined)s, %(now)s
FROM generate_series(1, %(clients)s) n;

INSERT INTO accounts_planchange (client_id, plan, anchor_day, at, recorded_at)
SELECT n, 'marketplace', 1, %(joined)s, %(joined)s
FROM generate_series(1, %(clients)s) n;

INSERT INTO eligibility_billingmethod (client_id, external_id, label, verified_at, recorded_at)
SELECT n, 'card-' || n, 'Card ending 4242', %(joined)s, %(joined)s
FROM generate_series(1, %(clients)s) n;

INSERT INTO eligibility_payment
  (client_id, event_id, amount_cents, amount, currency, at, recorded_at)
SELECT n, 'paid-' || n || '-' || m, 25000, 25000, 'USD', %(now)s - m * interval '30 days',
  %(now)s - m * interval '30 days'
FROM generate_series(1, %(clients)s) n, generate_series(1, 12) m;

INSERT INTO accounts_freelancerprofile
  (id, user_id, slug, name, headline, bio, country, search_text, joined_at, door,
   known_clients_pass, bar_hired, bar_countries)
SELECT n, %(clients)s + n, 'freelancer-' || n, 'Freelancer ' || n, 'Draws maps', '', 'NO', '',
  %(joined)s, 'open', true, false, '[]'
FROM generate_series(1, %(freelancers)s) n;

INSERT INTO accounts_skill (id, name, slug) VALUES (1, 'Maps', 'maps'), (2, 'Type', 'type');

INSERT INTO accounts_freelancerprofile_skills (freelancerprofile_id, skill_id)
SELECT n, skill FROM generate_series(1, %(freelancers)s) n, generate_series(1, 2) skill;
