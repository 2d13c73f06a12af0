using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>The owner of the tokens of a connection: the user, an application or an instance (contracts/wegnology.md, 1.2).</summary>
internal sealed class WegnologyAccount
{
    private const string Help = "Specify 'user', 'application/{id}' or 'instance/{id}', where {id} has 24 hexadecimal digits.";

    private static readonly Regex Form = new(
        @"\A(application|instance)/([A-Fa-f0-9]{24})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private WegnologyAccount(string name, string kind, string[] path)
    {
        Name = name;
        Kind = kind;
        Path = path;
    }

    /// <summary>The account as the user specifies it: <c>user</c>, <c>application/…</c> or <c>instance/…</c>.</summary>
    public string Name { get; }

    /// <summary>The kind as in scope values: <c>User</c>, <c>Application</c> or <c>Instance</c>.</summary>
    public string Kind { get; }

    /// <summary>The path of the tokens.</summary>
    public string[] Path { get; }

    /// <summary>The path of the account: <c>me</c>, <c>applications/…</c> or <c>instances/…</c>.</summary>
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
            throw ApiTokenException.InvalidParameter("Account", $"'{ForeignText.Argument(text!)}' is not a valid WEGnology account.", Help);
        }

        bool application = string.Equals(match.Groups[1].Value, "application", StringComparison.OrdinalIgnoreCase);
        string id = match.Groups[2].Value;
        return application
            ? new WegnologyAccount($"application/{id}", "Application", ["applications", id, "tokens"])
            : new WegnologyAccount($"instance/{id}", "Instance", ["instances", id, "tokens"]);
    }
}
