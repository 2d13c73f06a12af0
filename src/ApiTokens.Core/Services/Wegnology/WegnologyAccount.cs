using System.Text.RegularExpressions;

namespace ApiTokens.Services.Wegnology;

/// <summary>The owner of the tokens of a connection: the user, an application or an instance (contracts/wegnology.md, 1.2).</summary>
internal sealed class WegnologyAccount
{
    private const string UserKind = "User";
    private const string Help =
        "Specify 'user', 'user/{id}', 'application/{id}' or 'instance/{id}', where {id} has 24 hexadecimal digits.";

    private static readonly Regex Form = new(
        @"\A(user|application|instance)/([A-Fa-f0-9]{24})\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private WegnologyAccount(string name, string? id, string kind, string[] path)
    {
        Id = id;
        Name = name;
        Kind = kind;
        Path = path;
    }

    /// <summary>The id of the user, application or instance; null for a user whose id is not known.</summary>
    public string? Id { get; }

    /// <summary>The email address of the user; null for other accounts, and if it is not known.</summary>
    public string? Email { get; private init; }

    /// <summary>Whether the tokens belong to the user.</summary>
    public bool IsUser => Kind == UserKind;

    /// <summary>
    /// The account: <c>user/…</c>, <c>application/…</c> or <c>instance/…</c>; <c>user</c> if the id of the user is not known.
    /// </summary>
    public string Name { get; }

    /// <summary>The kind as in scope values: <c>User</c>, <c>Application</c> or <c>Instance</c>.</summary>
    public string Kind { get; }

    /// <summary>The scope of the calls on its tokens, without the action.</summary>
    public string Scope => $"{Kind.ToLowerInvariant()}ApiToken";

    /// <summary>The path of the tokens.</summary>
    public string[] Path { get; }

    /// <summary>The path of the account: <c>me</c>, <c>applications/…</c> or <c>instances/…</c>.</summary>
    public string[] OwnPath => [.. Path.Take(Path.Length - 1)];

    public static WegnologyAccount Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || string.Equals(text, "user", StringComparison.OrdinalIgnoreCase))
        {
            return User(id: null);
        }

        Match match = Form.Match(text);
        if (!match.Success)
        {
            throw ApiTokenException.InvalidParameter("Account", $"'{ForeignText.Argument(text!)}' is not a valid WEGnology account.", Help);
        }

        string id = TokenIds.LowerHex(match.Groups[2].Value);
        if (string.Equals(match.Groups[1].Value, UserKind, StringComparison.OrdinalIgnoreCase))
        {
            return User(id);
        }

        bool application = string.Equals(match.Groups[1].Value, "application", StringComparison.OrdinalIgnoreCase);
        return application
            ? new WegnologyAccount($"application/{id}", id, "Application", ["applications", id, "tokens"])
            : new WegnologyAccount($"instance/{id}", id, "Instance", ["instances", id, "tokens"]);
    }

    /// <summary>Returns the account of a user.</summary>
    /// <param name="id">The id; null if it is not known.</param>
    /// <param name="email">The email address, if it is known.</param>
    public static WegnologyAccount User(string? id, string? email = null) =>
        new(id is null ? "user" : $"user/{id}", id, UserKind, ["me", "tokens"]) { Email = email };
}
