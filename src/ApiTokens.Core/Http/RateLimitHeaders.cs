using System.Globalization;
using System.Net.Http.Headers;

namespace ApiTokens.Http;

/// <summary>
/// Reads the rate limit from the headers of a response: <c>RateLimit</c> and <c>RateLimit-Policy</c> of
/// draft-ietf-httpapi-ratelimit-headers, its earlier forms, and <c>X-RateLimit-*</c>. What is not plausible is ignored.
/// </summary>
internal static class RateLimitHeaders
{
    private const int MaxLength = 1024;
    private const int MaxItems = 8;
    private const double MaxCount = 1e9;
    private const double MaxSeconds = 366 * 24 * 60 * 60;

    // Smaller values of a reset are seconds from now, larger ones are seconds or milliseconds since 1970.
    private const double MinUnixSeconds = 1e9;
    private const double MinUnixMilliseconds = 1e12;

    // A reset that has just passed.
    private const double MaxPast = 5;

    private static readonly (string Remaining, string Reset, string Limit)[] Fields =
    [
        .. new[] { "RateLimit-", "X-RateLimit-", "X-Rate-Limit-" }
            .Select(prefix => (prefix + "Remaining", prefix + "Reset", prefix + "Limit")),
    ];

    // A response with a rate limit has one of these.
    private static readonly string[] Required = ["RateLimit", .. Fields.Select(field => field.Remaining)];

    /// <summary>Returns the rate limit of the response; null if it tells none.</summary>
    /// <param name="headers">The headers of the response.</param>
    /// <param name="now">The time of the service.</param>
    public static RateLimitStatus? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (!Array.Exists(Required, headers.Contains))
        {
            return null;
        }

        Dictionary<string, Item> policies = [];
        foreach (Item policy in Items(headers, "RateLimit-Policy"))
        {
            policies[policy.Name] = policy;
        }

        return ReadItems(headers, policies) ?? ReadFields(headers, policies, now);
    }

    // RateLimit: "default";r=50;t=30, and the earlier limit=100, remaining=50, reset=30.
    private static RateLimitStatus? ReadItems(HttpResponseHeaders headers, Dictionary<string, Item> policies)
    {
        RateLimitStatus? strictest = null;
        Item earlier = new(string.Empty, []);
        foreach (Item item in Items(headers, "RateLimit"))
        {
            int equals = item.Name.IndexOf('=');
            if (equals > 0)
            {
                earlier.Parameters[item.Name.Substring(0, equals)] = item.Name.Substring(equals + 1);
                continue;
            }

            policies.TryGetValue(item.Name, out Item? policy);
            double? window = policy?.Number("w", MaxSeconds);
            RateLimitStatus? status = Create(
                item.Number("r", MaxCount), item.Number("t", MaxSeconds) ?? window, policy?.Number("q", MaxCount), window);
            strictest = Stricter(strictest, status);
        }

        Item? only = policies.Count == 1 ? policies.Values.First() : null;
        return strictest ?? Create(
            earlier.Number("remaining", MaxCount), earlier.Number("reset", MaxSeconds), earlier.Number("limit", MaxCount),
            only?.Number("w", MaxSeconds));
    }

    private static RateLimitStatus? ReadFields(HttpResponseHeaders headers, Dictionary<string, Item> policies, DateTimeOffset now)
    {
        foreach ((string remainingField, string resetField, string limitField) in Fields)
        {
            double? remaining = Field(headers, remainingField)?.Count;
            double? reset = Seconds(Field(headers, resetField)?.Count, now);
            Item? limit = Field(headers, limitField);

            // RateLimit-Limit: 100;w=60 and RateLimit-Policy: 100;w=60 of earlier drafts.
            Item? policy = policies.Count == 1 ? policies.Values.First() : limit;
            if (Create(remaining, reset, limit?.Count, policy?.Number("w", MaxSeconds)) is { } status)
            {
                return status;
            }
        }

        return null;
    }

    private static RateLimitStatus? Create(double? remaining, double? reset, double? limit, double? window) =>
        remaining is >= 0 and <= MaxCount && reset is >= 0 and <= MaxSeconds
            ? new RateLimitStatus(
                remaining.Value,
                reset.Value,
                limit is >= 1 and <= MaxCount ? limit : null,
                window is >= 1 and <= MaxSeconds ? window : null)
            : null;

    private static RateLimitStatus? Stricter(RateLimitStatus? first, RateLimitStatus? second) => (first, second) switch
    {
        (null, _) => second,
        (_, null) => first,
        ({ } a, { } b) => Order(b).CompareTo(Order(a)) < 0 ? second : first,
    };

    // A limit for longer than a run waits is not kept (RateLimitPace).
    private static (bool IsLong, double Rate) Order(RateLimitStatus status) =>
        (status.Reset > RetryPolicy.MaxWait.TotalSeconds, status.Remaining / Math.Max(1, status.Reset));

    private static double? Seconds(double? reset, DateTimeOffset now)
    {
        if (reset is null or < MinUnixSeconds)
        {
            return reset;
        }

        double unix = reset.Value / (reset >= MinUnixMilliseconds ? 1000 : 1);
        double seconds = unix - (now.ToUnixTimeMilliseconds() / 1000.0);
        return seconds + MaxPast >= 0 ? Math.Max(0, seconds) : null;
    }

    private static Item? Field(HttpResponseHeaders headers, string name) => Items(headers, name).FirstOrDefault();

    // The items of a list of the structured fields (RFC 9651), as far as rate limits use them: "name";key=value;key=value, ...
    private static IEnumerable<Item> Items(HttpResponseHeaders headers, string name)
    {
        if (!headers.TryGetValues(name, out IEnumerable<string>? values))
        {
            yield break;
        }

        int items = 0;
        foreach (string value in values.Take(MaxItems).Where(value => value.Length <= MaxLength))
        {
            foreach (string text in Split(value, ','))
            {
                if (++items > MaxItems)
                {
                    yield break;
                }

                Dictionary<string, string> parameters = [];
                List<string> parts = Split(text, ';');
                foreach (string part in parts.Skip(1))
                {
                    int equals = part.IndexOf('=');
                    if (equals > 0)
                    {
                        parameters[part.Substring(0, equals).Trim()] = part.Substring(equals + 1).Trim();
                    }
                }

                yield return new Item(parts[0], parameters);
            }
        }
    }

    // Splits at separators outside quotes.
    private static List<string> Split(string text, char separator)
    {
        List<string> parts = [];
        bool quoted = false;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == separator && !quoted))
            {
                parts.Add(text.Substring(start, i - start).Trim());
                start = i + 1;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == '\\' && quoted)
            {
                i++;
            }
        }

        return parts;
    }

    private sealed record Item(string Name, Dictionary<string, string> Parameters)
    {
        /// <summary>The value of the item itself, if that is a number.</summary>
        public double? Count => Parse(Name);

        public double? Number(string key, double max) =>
            Parameters.TryGetValue(key, out string? value) && Parse(value) is { } number && number <= max ? number : null;

        private static double? Parse(string text) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
                && number is >= 0 and <= 1e15
                    ? number
                    : null;
    }
}
