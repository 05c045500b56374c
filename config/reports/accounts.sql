-- Calls by account  按账号统计通话
-- How many calls each account code or PIN made, how many were answered, and how long they took.  各账号的呼叫次数、应答次数与通话时长
SELECT account,
       count(*) AS calls,
       sum(answered > 0) AS answered,
       sum(talk_s) AS talk_s,
       1.0 * sum(answered > 0) / count(*) AS answered_share
FROM calls
WHERE time >= :since AND time < :until AND account <> ''
GROUP BY account
ORDER BY talk_s DESC
