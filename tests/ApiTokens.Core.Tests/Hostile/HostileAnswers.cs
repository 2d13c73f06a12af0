using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Generates what a hostile service may answer: now and then something right, mostly something spoiled, sometimes nonsense.</summary>
internal static class HostileAnswers
{
    private static readonly string[] Texts =
    [
        "ci", "", " ", "'; DROP TABLE tokens; --", "<script>alert(1)</script>", "../../admin", "..%2f..%2fadmin", "a\r\nX-Injected: 1", "\u202Egnp.exe", "\0", "\uD83D\uDE00", "${jndi:ldap://x}",
        "null", "*", "[a-z", "%s%n", "C:\\con", new string('x', 300), new string('\u00e9', 5000),
    ];

    private static readonly string[] Moments =
    [
        "2024-11-26T14:38:18.000+0000", "2030-01-01T12:00:00Z", "2030-01-01 12:00:00+00:00", "2030-01-01", "9999-12-31T23:59:59.9999999-14:00", "0001-01-01T00:00:00+14:00",
        "yesterday", "1700000000", "2030-02-30T00:00:00Z", "24/12/2030", "", "2030-01-01T12:00:00.123456789123Z", "Infinity",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e400", "99999999999999999999999999", "0.5", "-9223372036854775809", "\"text\"", "[]", "{}", "[[[]]]", "{\"a\":{\"b\":[1]}}", "\"3\"", "2147483648", "9223372036854775807",
    ];

    private static readonly int[] Statuses = [.. new[] { 200, 200, 200, 200, 200, 200, 201, 202, 204, 206, 299, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 418, 422, 425, 429, 451, 500, 501, 502, 503, 504, 505, 511, 599, 999, 600 }];

    /// <summary>The answers of one case for a service and an operation.</summary>
    /// <param name="tokens">Right bodies of the service, for the generator to spoil.</param>
    /// <param name="secret">The connection's secret, which a service may send back.</param>
    /// <param name="elsewhere">Addresses that nobody may send a request to.</param>
    public static Gen<HostileAnswer[]> For(string[] tokens, string secret, string[] elsewhere) =>
        Gen.ArrayOf(Answer(tokens, secret, elsewhere)).Where(answers => answers.Length is > 0 and < 6);

    private static Gen<HostileAnswer> Answer(string[] bodies, string secret, string[] elsewhere) =>
        from status in Gen.Elements(Statuses)
        from headers in Headers(elsewhere)
        from body in Body(bodies, secret)
        from delivery in Gen.Frequency(
            (16, Gen.Constant(Delivery.Whole)),
            (3, Gen.Constant(Delivery.Chunked)),
            (3, Gen.Constant(Delivery.Gzip)),
            (1, Gen.Elements(Enum.GetValues<Delivery>().Except([Delivery.Bomb, Delivery.Endless]).ToArray())))
        select new HostileAnswer(status, headers, body, delivery);

    private static Gen<IReadOnlyList<string>> Headers(string[] elsewhere) =>
        from type in Gen.Elements("Content-Type: application/json", "Content-Type: application/json; charset=utf-8", "Content-Type: text/html", "Content-Type: text/plain; charset=utf-16", "Content-Type: nonsense", "X-Nothing: 1")
        from location in Gen.Elements(["X-Nothing: 2", .. elsewhere.Select(address => $"Location: {address}"), "Location: //elsewhere.example/", "Location: file:///etc/passwd", "Location: :::"])
        from wait in Gen.Elements("X-Nothing: 3", "X-Nothing: 4", "Retry-After: 0", "Retry-After: 1", "Retry-After: 31536000", "Retry-After: -5", "Retry-After: 99999999999999999999", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", "Retry-After: soon")
        from other in Gen.Elements("x-devo-cid: 12345", $"x-devo-cid: {new string('c', 4000)}", "Set-Cookie: a=b", "WWW-Authenticate: Basic realm=\"x\"", "Content-Language: xx")
        select (IReadOnlyList<string>)[type, location, wait, other];

    private static Gen<byte[]> Body(string[] bodies, string secret) => Gen.Frequency(
        (2, Gen.Elements(bodies).Select(Encoding.UTF8.GetBytes)),
        (10, Gen.Elements(bodies).SelectMany(body => Spoil(body, secret))),
        (3, Nonsense(secret)));

    private static Gen<byte[]> Nonsense(string secret) => Gen.OneOf(
        Gen.Elements(
            string.Empty, " ", "null", "true", "42", "\"text\"", "[]", "{}", "[null]", "[{}]", "[[]]", "{\"items\":null}", "{\"items\":[null]}", "<html><body>Sign in</body></html>", "{\"error\":", "\uFEFF{}",
            $"{{\"error\":{{\"code\":401,\"message\":\"invalid token {secret}\"}}}}", $"{{\"message\":\"{secret}\"}}", $"{{\"type\":\"Validation\",\"message\":[\"{secret}\"]}}", $"{{\"errors\":{{\"token\":[\"{secret}\"]}}}}", secret,
            $"[{{\"defaultMessage\":\"bad {secret}\"}}]",
            new string('[', 5000), string.Concat(Enumerable.Repeat("{\"a\":", 2000)), $"{{\"items\":[],\"totalCount\":-1,\"total\":9223372036854775807}}").Select(Encoding.UTF8.GetBytes),
        Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b)));

    /// <summary>Replaces, drops, doubles or cuts some part of a right body.</summary>
    private static Gen<byte[]> Spoil(string body, string secret) =>
        from times in Gen.Choose(1, 3)
        from spoiled in Enumerable.Range(0, times).Aggregate(Gen.Constant(body), (text, _) => text.SelectMany(once => SpoilOnce(once, secret)))
        from tail in Gen.Frequency((20, Gen.Constant(Array.Empty<byte>())), (1, Gen.Elements<byte[]>([0xff, 0xfe], [0xc3], Encoding.UTF8.GetBytes("trailing"))))
        select (byte[])[.. Encoding.UTF8.GetBytes(spoiled), .. tail];

    private static Gen<string> SpoilOnce(string body, string secret)
    {
        int[] values = Places(body);
        if (values.Length == 0)
        {
            return Gen.Constant(body);
        }

        Gen<string> replaced =
            from place in Gen.Elements(values)
            from value in Gen.OneOf(Gen.Elements(Values), Gen.Elements(Moments).Select(Quote), Gen.Elements(Texts).Select(Quote), Gen.Constant(Quote(secret)))
            select string.Concat(body.AsSpan(0, place), value, body.AsSpan(EndOfValue(body, place)));
        Gen<string> renamed =
            from place in Gen.Elements(values)
            select body.LastIndexOf('"', place) is var end and > 0 ? body.Insert(end, "x") : body;
        Gen<string> doubled =
            from place in Gen.Elements(values)
            from value in Gen.Elements(Values)
            select body.LastIndexOfAny(['{', ','], place - 1) is var start and >= 0
                ? body.Insert(start + 1, $"{body[(start + 1)..place]}{value},")
                : body;
        Gen<string> cut = Gen.Choose(0, body.Length).Select(length => body[..length]);
        return Gen.Frequency((8, replaced), (2, renamed), (2, doubled), (1, cut));
    }

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    // Behind each colon a value begins.
    private static int[] Places(string body) => [.. Enumerable.Range(0, body.Length).Where(i => i > 0 && body[i - 1] == ':' && body[i] is '"' or '[' or '{' or 't' or 'f' or 'n' && i > 1 && body[i - 1] == ':' && body[i - 2] == '"')];

    private static int EndOfValue(string body, int place)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = place; i < body.Length; i++)
        {
            if (body[i] == '"' && body[i - 1] != '\\')
            {
                quoted = !quoted;
            }

            depth += quoted ? 0 : body[i] is '[' or '{' ? 1 : body[i] is ']' or '}' ? -1 : 0;
            if (!quoted && (depth < 0 || (depth == 0 && body[i] == ',')))
            {
                return i;
            }
        }

        return body.Length;
    }
}
