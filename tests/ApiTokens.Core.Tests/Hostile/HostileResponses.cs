using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ApiTokens.Core.Tests.Hostile;

/// <summary>Generates the responses of a hostile service: mostly corrupted ones, some valid ones, and some random ones.</summary>
internal static class HostileResponses
{
    private static readonly string[] Texts =
    [
        "ci", "", " ", "'; DROP TABLE tokens; --", "<script>alert(1)</script>", "../../admin", "..%2f..%2fadmin", "a\r\nX-Injected: 1",
        "\u202Egnp.exe", "\0", "\uD83D\uDE00", "${jndi:ldap://x}",
        "null", "*", "[a-z", "%s%n", "C:\\con", new string('x', 300), new string('\u00e9', 5000),
    ];

    private static readonly string[] Timestamps =
    [
        "2024-11-26T14:38:18.000+0000", "2030-01-01T12:00:00Z", "2030-01-01 12:00:00+00:00", "2030-01-01",
        "9999-12-31T23:59:59.9999999-14:00", "0001-01-01T00:00:00+14:00",
        "yesterday", "1700000000", "2030-02-30T00:00:00Z", "24/12/2030", "", "2030-01-01T12:00:00.123456789123Z", "Infinity",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e400", "99999999999999999999999999", "0.5", "-9223372036854775809", "\"text\"", "[]", "{}",
        "[[[]]]", "{\"a\":{\"b\":[1]}}", "\"3\"", "2147483648", "9223372036854775807",
    ];

    private static readonly int[] Statuses =
    [
        200, 200, 200, 200, 200, 200, 201, 202, 204, 206, 299, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 408,
        409, 410, 413, 418, 422, 425, 429, 451, 500, 501, 502, 503, 504, 505, 511, 599, 999, 600,
    ];

    /// <summary>Generates the responses of one case for a service and an operation.</summary>
    /// <param name="tokens">Valid bodies of the service, which the generator corrupts.</param>
    /// <param name="secret">The connection's secret, which a service may echo.</param>
    /// <param name="elsewhere">Addresses that must never receive a request.</param>
    public static Gen<HostileResponse[]> For(string[] tokens, string secret, string[] elsewhere) =>
        Gen.ArrayOf(RandomResponse(tokens, secret, elsewhere)).Where(responses => responses.Length is > 0 and < 6);

    private static Gen<HostileResponse> RandomResponse(string[] bodies, string secret, string[] elsewhere) =>
        from status in Gen.Elements(Statuses)
        from headers in Headers(elsewhere)
        from body in Body(bodies, secret)
        from delivery in Gen.Frequency(
            (16, Gen.Constant(Delivery.Complete)),
            (3, Gen.Constant(Delivery.Chunked)),
            (3, Gen.Constant(Delivery.Gzip)),
            (1, Gen.Elements(Enum.GetValues<Delivery>().Except([Delivery.Bomb, Delivery.Endless]).ToArray())))
        select new HostileResponse(status, headers, body, delivery);

    private static Gen<IReadOnlyList<string>> Headers(string[] elsewhere) =>
        from type in Gen.Elements(
            "Content-Type: application/json",
            "Content-Type: application/json; charset=utf-8",
            "Content-Type: text/html",
            "Content-Type: text/plain; charset=utf-16",
            "Content-Type: nonsense",
            "X-Nothing: 1")
        from location in Gen.Elements(
            [
                "X-Nothing: 2", .. elsewhere.Select(address => $"Location: {address}"), "Location: //elsewhere.example/",
                "Location: file:///etc/passwd", "Location: :::",
            ])
        from wait in Gen.Elements(
            "X-Nothing: 3",
            "X-Nothing: 4",
            "Retry-After: 0",
            "Retry-After: 1",
            "Retry-After: 31536000",
            "Retry-After: -5",
            "Retry-After: 99999999999999999999",
            "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT",
            "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
            "Retry-After: soon")
        from other in Gen.Elements(
            "x-devo-cid: 12345",
            $"x-devo-cid: {new string('c', 4000)}",
            "Set-Cookie: a=b",
            "WWW-Authenticate: Basic realm=\"x\"",
            "Content-Language: xx")
        select (IReadOnlyList<string>)[type, location, wait, other];

    private static Gen<byte[]> Body(string[] bodies, string secret) => Gen.Frequency(
        (2, Gen.Elements(bodies).Select(Encoding.UTF8.GetBytes)),
        (10, Gen.Elements(bodies).SelectMany(body => Corrupt(body, secret))),
        (3, Invalid(secret)));

    private static Gen<byte[]> Invalid(string secret) => Gen.OneOf(
        Gen.Elements(
            string.Empty, " ", "null", "true", "42", "\"text\"", "[]", "{}", "[null]", "[{}]", "[[]]", "{\"items\":null}",
            "{\"items\":[null]}", "<html><body>Sign in</body></html>", "{\"error\":", "\uFEFF{}",
            $"{{\"error\":{{\"code\":401,\"message\":\"invalid token {secret}\"}}}}", $"{{\"message\":\"{secret}\"}}",
            $"{{\"type\":\"Validation\",\"message\":[\"{secret}\"]}}", $"{{\"errors\":{{\"token\":[\"{secret}\"]}}}}", secret,
            $"[{{\"defaultMessage\":\"bad {secret}\"}}]",
            new string('[', 5000), string.Concat(Enumerable.Repeat("{\"a\":", 2000)),
            $"{{\"items\":[],\"totalCount\":-1,\"total\":9223372036854775807}}").Select(Encoding.UTF8.GetBytes),
        Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b)));

    /// <summary>Replaces, renames, duplicates or truncates part of a valid body.</summary>
    private static Gen<byte[]> Corrupt(string body, string secret) =>
        from times in Gen.Choose(1, 3)
        from corrupted in Enumerable.Range(0, times).Aggregate(
            Gen.Constant(body), (text, _) => text.SelectMany(once => CorruptOnce(once, secret)))
        from tail in Gen.Frequency(
            (20, Gen.Constant(Array.Empty<byte>())), (1, Gen.Elements<byte[]>([0xff, 0xfe], [0xc3], Encoding.UTF8.GetBytes("trailing"))))
        select (byte[])[.. Encoding.UTF8.GetBytes(corrupted), .. tail];

    private static Gen<string> CorruptOnce(string body, string secret)
    {
        int[] values = FindValues(body);
        if (values.Length == 0)
        {
            return Gen.Constant(body);
        }

        Gen<string> replaced =
            from index in Gen.Elements(values)
            from value in Gen.OneOf(
                Gen.Elements(Values),
                Gen.Elements(Timestamps).Select(Quote),
                Gen.Elements(Texts).Select(Quote),
                Gen.Constant(Quote(secret)))
            select string.Concat(body.AsSpan(0, index), value, body.AsSpan(EndOfValue(body, index)));
        Gen<string> renamed =
            from index in Gen.Elements(values)
            select body.LastIndexOf('"', index) is var end and > 0 ? body.Insert(end, "x") : body;
        Gen<string> duplicated =
            from index in Gen.Elements(values)
            from value in Gen.Elements(Values)
            select body.LastIndexOfAny(['{', ','], index - 1) is var start and >= 0
                ? body.Insert(start + 1, $"{body[(start + 1)..index]}{value},")
                : body;
        Gen<string> truncated = Gen.Choose(0, body.Length).Select(length => body[..length]);
        return Gen.Frequency((8, replaced), (2, renamed), (2, duplicated), (1, truncated));
    }

    private static string Quote(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    // The indexes at which a value starts: after a colon.
    private static int[] FindValues(string body) =>
        [
            .. Enumerable.Range(0, body.Length).Where(
                i => i > 0
                    && body[i - 1] == ':'
                    && body[i] is '"' or '[' or '{' or 't' or 'f' or 'n'
                    && i > 1
                    && body[i - 1] == ':'
                    && body[i - 2] == '"'),
        ];

    private static int EndOfValue(string body, int index)
    {
        int depth = 0;
        bool quoted = false;
        for (int i = index; i < body.Length; i++)
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
