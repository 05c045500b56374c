-- Satisfaction by telephone and question  按话机与问题统计满意度
-- What callers gave after their calls: how many scores, their mean, and the worst of them.  通话后来电者的评分：次数、平均与最低分
SELECT station,
       question,
       count(*) AS scores,
       round(avg(score), 2) AS mean,
       min(score) AS worst,
       max(time) AS last_time
FROM scores
WHERE time >= :since AND time < :until
GROUP BY station, question
ORDER BY station, question
