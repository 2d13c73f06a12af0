using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>Whose tokens a connection works on: the user's own, an application's or an instance's (contracts/wegnology.md, 1.2).</summary>
internal sealed class WegnologyAccount
{
    private const string Help = "Give 'user', 'application/{id}' or 'instance/{id}', with the id of 24 hexadecimal digits.";

    private static readonly Regex Form = new(@"\A(application|instance)/([A-Fa-f0-9]{24})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private WegnologyAccount(string name, string kind, string[] path)
    {
        Name = name;
        Kind = kind;
        Path = path;
    }

    /// <summary>As the user gives it: <c>user</c>, <c>application/…</c> or <c>instance/…</c>.</summary>
    public string Name { get; }

    /// <summary><c>User</c>, <c>Application</c> or <c>Instance</c>, as the scope values spell it.</summary>
    public string Kind { get; }

    /// <summary>Where its tokens are.</summary>
    public string[] Path { get; }

    /// <summary>Where it is itself: <c>me</c>, <c>applications/…</c> or <c>instances/…</c>.</summary>
    public string[] OwnPath => [.. Path.Take(Path.Length - 1)];

    public static WegnologyAccount Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || string.Equals(text, "user", StringComparison.OrdinalIgnoreCase))
        {
            return new WegnologyAccount("user", "User", ["me", "tokens"]);
        }

        Match match = Form.Match(text);
        if (!match.Success)
        {
            throw ApiTokenException.InvalidParameter("Account", $"'{text}' is no WEGnology account.", Help);
        }

        bool application = string.Equals(match.Groups[1].Value, "application", StringComparison.OrdinalIgnoreCase);
        string id = match.Groups[2].Value;
        return application
            ? new WegnologyAccount($"application/{id}", "Application", ["applications", id, "tokens"])
            : new WegnologyAccount($"instance/{id}", "Instance", ["instances", id, "tokens"]);
    }
}
