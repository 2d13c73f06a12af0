using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Resolves a reference to a token of a connection. An ambiguous reference is an error, so that no wrong token is changed.
/// </summary>
internal sealed class TokenResolver(ApiTokenCmdlet cmdlet, IReadOnlyList<TokenConnection>? named)
{
    private readonly Dictionary<TokenConnection, ILookup<string, ApiToken>> _byName = [];
    private readonly HashSet<TokenConnection> _searched = [];

    /// <summary>Returns the connection and the token. Properties of the token that are not known without a request are empty.</summary>
    public (TokenConnection Connection, ApiToken Token) Resolve(TokenReference reference)
    {
        TokenConnection[] connections = ConnectionsFor(reference);
        if (reference.Id is null && new NamePattern(reference.Name ?? reference.IdOrName!).MatchesEverything)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"'{ForeignText.Argument(reference.Name ?? reference.IdOrName!)}' matches every token. "
                    + $"{Command} requires an id or a name for each token.",
                $"For all tokens: {CommandText.List(connections, "*")} | {Command}. If a token has this name, specify its id.",
                ErrorIds.WildcardNotAllowed);
        }

        string? id = reference.Id
            ?? (reference.IdOrName is { } text && Array.Exists(connections, connection => connection.Tokens.IsId(text)) ? text : null);
        if (id is null)
        {
            return ByName(reference.Name ?? reference.IdOrName!, connections);
        }

        TokenConnection connection = ById(id, connections);
        return (connection, TokenOf(reference, connection.GetIdentity(id), connection.Name));
    }

    // From here on, the id has its canonical form.
    private static ApiToken TokenOf(TokenReference reference, TokenIdentity identity, string connection) =>
        reference.Token is { } token && token.Id == identity.Id ? token : new ApiToken(reference.Token ?? new ApiToken())
        {
            Id = identity.Id,
            Name = reference.Name ?? string.Empty,
            Connection = connection,
            Service = identity.Account.Service,
            Account = identity.Account.Account,
            BaseUri = identity.Account.BaseUri,
        };

    private string Command => cmdlet.MyInvocation.MyCommand.Name;

    // The form of an id tells the service. If it fits several accounts, a list could find the token in one of them, but that may be
    // another token: the one that is meant may have been removed already.
    private static TokenConnection ById(string id, TokenConnection[] connections)
    {
        if (connections is [var only] && only.Tokens.IsId(id))
        {
            return only;
        }

        TokenConnection[] fitting = [.. connections.Where(connection => connection.Tokens.IsId(id))
            .GroupBy(connection => connection.AccountIdentity).Select(same => same.First())];
        return fitting.Length switch
        {
            1 => fitting[0],
            0 => throw ApiTokenException.InvalidParameter(
                "Id",
                $"'{ForeignText.Argument(id)}' is not a valid {string.Join(" or ", connections.Select(each => each.Service).Distinct())} "
                    + "token id.",
                $"To list the ids: {CommandText.List(connections)}"),
            _ => throw new ApiTokenException(
                ErrorKind.InvalidArgument,
                $"The id {ForeignText.Argument(id)} can belong to several connections: {string.Join<TokenConnection>(", ", fitting)}.",
                "Specify one of them with -Connection, or pipe the token from Get-ApiToken.",
                ErrorIds.AmbiguousConnection),
        };
    }

    private TokenConnection[] ConnectionsFor(TokenReference reference)
    {
        IReadOnlyList<TokenConnection> candidates = named
            ?? (reference.Connection is { } name ? [ByConnectionName(name)] : OfService(reference.Service));
        TokenConnection[] matching = [.. candidates.Where(connection => IsAccountOf(reference, connection))];
        return matching.Length > 0 ? matching : throw new ApiTokenException(
            ErrorKind.InvalidArgument,
            $"The token {ForeignText.Argument($"{reference}")} belongs to "
                + $"{ForeignText.Argument(string.Join(" ", Known(reference)))}, "
                + $"not to the account of the connection {string.Join(", ", candidates.Select(DescribeWithAddress))}.",
            "Connect to the account of the token, or omit -Connection.",
            ErrorIds.ConnectionMismatch);
    }

    // A row of a file may have only an id and the service.
    private static IReadOnlyList<TokenConnection> OfService(string? service)
    {
        TokenConnection[] connections = service is null ? [] : [.. ApiTokenCmdlet.Connections.All
            .Where(connection => string.Equals(connection.Service, service, StringComparison.OrdinalIgnoreCase))];
        return connections.Length > 0 ? connections : [ApiTokenCmdlet.DefaultConnection()];
    }

    private static TokenConnection ByConnectionName(string name) => ApiTokenCmdlet.Connections.Find(name) ?? throw new ApiTokenException(
        ErrorKind.ObjectNotFound,
        $"The connection '{ForeignText.Argument(name)}' of the token does not exist.",
        "Connect with that name, or specify another connection to the same account with -Connection.",
        ErrorIds.ConnectionNotFound);

    private (TokenConnection Connection, ApiToken Token) ByName(string name, IReadOnlyList<TokenConnection> connections)
    {
        (TokenConnection Connection, ApiToken Token)[] all =
            [.. connections.SelectMany(connection => Named(connection, name).Select(token => (connection, token)))];
        (TokenConnection Connection, ApiToken Token)[] exact = [.. all.Where(found => found.Token.Name == name)];
        (TokenConnection Connection, ApiToken Token)[] found = exact.Length > 0 ? exact : all;
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ApiTokenException(
                ErrorKind.ObjectNotFound,
                $"There is no token '{ForeignText.Argument(name)}' on {string.Join(", ", connections)}.",
                NamePattern.HasWildcards(name)
                    ? $"{Command} matches names exactly and does not support wildcards. Use: "
                        + $"{CommandText.List(connections, ForeignText.Argument(name))} | {Command}"
                    : $"To list the tokens: {CommandText.List(connections)}"),
            _ => throw new ApiTokenException(
                ErrorKind.InvalidArgument,
                $"The name '{ForeignText.Argument(name)}' matches {found.Length} tokens: "
                    + $"{string.Join(", ", found.Take(20).Select(match => $"{match.Token.Id} on {match.Connection}"))}.",
                "Specify the id of the token.",
                ErrorIds.AmbiguousName),
        };
    }

    // The first name is searched for; from the second name on, one list of all tokens is used for the rest of the pipeline.
    private IEnumerable<ApiToken> Named(TokenConnection connection, string name)
    {
        if (_searched.Add(connection))
        {
            var filter = new TokenFilter { Names = [NamePattern.Literal(name)] };
            return [.. cmdlet.Enumerate(cancellationToken => connection.Tokens.List(filter, cancellationToken))];
        }

        if (!_byName.TryGetValue(connection, out ILookup<string, ApiToken>? tokens))
        {
            tokens = cmdlet.Enumerate(cancellationToken => connection.Tokens.List(TokenFilter.Existing, cancellationToken))
                .ToLookup(token => token.Name, StringComparer.OrdinalIgnoreCase);
            _byName[connection] = tokens;
        }

        return tokens[name];
    }

    // What the reference does not tell is taken from the connection.
    private static bool IsAccountOf(TokenReference reference, TokenConnection connection)
    {
        Uri address = connection.BaseUri;
        return (reference.BaseUri is null || reference.BaseUri == address.AbsoluteUri
                || Uri.TryCreate(reference.BaseUri, UriKind.Absolute, out address))
            && connection.AccountIdentity.Matches(
                reference.Service ?? connection.Service, reference.Account ?? connection.Account, address!);
    }

    private static IEnumerable<string> Known(TokenReference reference) =>
        new[] { reference.Service, reference.Account, reference.BaseUri }.OfType<string>();

    private static string DescribeWithAddress(TokenConnection connection) =>
        $"{connection.Name} ({connection.AccountIdentity.ToString().TrimEnd('/')})";
}
