-- What they have written to each other, as the services would have left it.

-- Of five requests three were accepted, one waits and one was declined; one in ten messages is the
-- first of its pair.
CREATE TEMPORARY TABLE pair AS
SELECT *,
  %(now)s - CASE state WHEN 'waiting' THEN interval '13 days' * age
    ELSE interval '20 days' + interval '300 days' * age END AS sent_at,
  CASE WHEN state <> 'accepted' THEN 1 WHEN id = 1 THEN 16 + %(long)s ELSE 16 END AS last_seq
FROM (
  SELECT k AS id,
    1 + mod(k - 1, %(known)s) AS client,
    1 + (k - 1) / %(known)s AS freelancer,
    (ARRAY['accepted', 'accepted', 'accepted', 'waiting', 'declined'])
      [1 + mod(k + (k - 1) / %(known)s, 5)] AS state,
    mod(k * 7919::bigint, 99991) / 99991.0 AS age
  FROM generate_series(1, %(messages)s / 10) k
) AS asked;

INSERT INTO messaging_conversation
  (id, public_id, client_id, freelancer_id, accepted_at, last_seq, last_at, client_read_seq,
   freelancer_read_seq)
SELECT id, gen_random_uuid(), client, freelancer,
  CASE state WHEN 'accepted' THEN sent_at + interval '1 minute' END, last_seq,
  sent_at + last_seq * interval '1 minute', last_seq,
  CASE WHEN mod(id, 4) = 0 THEN greatest(last_seq - 3, 0) ELSE last_seq END
FROM pair;

INSERT INTO messaging_message
  (id, public_id, conversation_id, seq, author_id, sender_client_id, body, sent_at, submission_key)
SELECT (id - 1) * 16::bigint + seq + CASE WHEN seq > 16 THEN %(messages)s * 2 ELSE 0 END,
  gen_random_uuid(), id, seq,
  CASE WHEN seq = 1 OR mod(seq, 2) = 0 THEN client ELSE %(clients)s + freelancer END,
  CASE WHEN seq = 1 OR mod(seq, 2) = 0 THEN client END,
  'We are looking for somebody to draw a map of our town, with its streets, its market and the '
    || 'hills behind it, number ' || id || '. There is a draft of page ' || seq || ' already.',
  sent_at + seq * interval '1 minute', id || '-' || seq
FROM pair, generate_series(1, last_seq) seq;

INSERT INTO messaging_contactrequest
  (id, public_id, client_id, freelancer_id, conversation_id, message_id, member_id, skill_id, kind,
   budget, start, sent_at, expires_at, through_door, opened_at, state, ended_at, told_at,
   declined_at, line)
SELECT id, gen_random_uuid(), client, freelancer, id, (id - 1) * 16::bigint + 1, client,
  1 + mod(id, 2), 'new_project', '500_2k', 'month', sent_at, sent_at + interval '14 days', true,
  CASE WHEN state <> 'waiting' OR mod(id, 3) = 0 THEN sent_at END, state,
  CASE WHEN state <> 'waiting' THEN sent_at + interval '1 minute' END,
  CASE WHEN state <> 'waiting' THEN sent_at + interval '2 minutes' END,
  CASE WHEN state = 'declined' THEN sent_at + interval '1 minute' END, ''
FROM pair;

INSERT INTO messaging_receipt
  (request_id, policy_id, plan, basis, evaluated_at, results, hired, country, door)
SELECT id, 1, 'marketplace', 'gate', sent_at, %(results)s, 0, 'NO', %(door)s
FROM pair;

INSERT INTO messaging_quotaentry (client_id, request_id, kind, slots, at)
SELECT client, id, 'used', 1, sent_at
FROM pair;

INSERT INTO messaging_act (at, actor_id, kind, client_id, freelancer_id, request_id, old, new)
SELECT sent_at, client, 'request_sent', client, freelancer, id, '', 'waiting'
FROM pair;

-- What one freelancer was told: of every message of theirs, and of every request.
INSERT INTO accounts_notification
  (recipient_id, kind, detail, subject, public_id, client_id, freelancer_id, at, due_at, rung_at,
   tries, trouble)
SELECT %(clients)s + freelancer, CASE seq WHEN 1 THEN 'request' ELSE 'message' END, '',
  id * 100000::bigint + seq, gen_random_uuid(), client, freelancer, told_at, told_at, told_at, 0, ''
FROM (
  SELECT *, sent_at + seq * interval '1 minute' AS told_at
  FROM pair, generate_series(1, last_seq) seq
  WHERE freelancer = 1 AND (seq = 1 OR mod(seq, 2) = 0)
) AS told;

DROP TABLE pair;
