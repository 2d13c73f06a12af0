using System.Management.Automation;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Lists tokens as they arrive, or reads some by id.</summary>
[Cmdlet(VerbsCommon.Get, "ApiToken", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(ApiToken), typeof(IssuedToken))]
public sealed class GetApiTokenCommand : ApiTokenCmdlet
{
    private const string FilterSet = "Filter";
    private const string IdSet = "Id";

    private static readonly string[] Narrowing =
        [nameof(Status), nameof(User), nameof(Issuer), nameof(Role), nameof(ExpiringWithin), nameof(ExpiresBefore), nameof(CreatedBefore), nameof(NeverExpires), nameof(UnusedFor), nameof(Shard)];

    /// <summary>Names or wildcard patterns.</summary>
    [Parameter(Position = 0, ParameterSetName = FilterSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TokenNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Ids.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(TokenIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Connections, names or wildcard patterns; the newest by default.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>Statuses. Without it, all but revoked and deleted ones.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public TokenStatus[] Status { get; set; } = [];

    /// <summary>Whom the tokens act for.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [Alias("Owner")]
    public string? User { get; set; }

    /// <summary>Who created the tokens.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public string? Issuer { get; set; }

    /// <summary>The role, by name or id (Gcore).</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string? Role { get; set; }

    /// <summary>Tokens that expire within this time from now.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [DurationTransformation]
    public TimeSpan? ExpiringWithin { get; set; }

    /// <summary>Tokens that expire, or did, before this moment.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [MomentTransformation]
    public DateTimeOffset? ExpiresBefore { get; set; }

    /// <summary>Tokens issued before this moment.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [MomentTransformation]
    public DateTimeOffset? CreatedBefore { get; set; }

    /// <summary>Tokens that never expire.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>Tokens that were not used for this time; only where the service knows.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [DurationTransformation(Back = true)]
    public TimeSpan? UnusedFor { get; set; }

    /// <summary>A stable part of the tokens, such as 3/8, so that several machines can share one job.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public string? Shard { get; set; }

    /// <summary>Reads the secret too, where the service shows it (Devo, to owner and user).</summary>
    [Parameter(ParameterSetName = IdSet)]
    public SwitchParameter IncludeSecret { get; set; }

    /// <summary>With -IncludeSecret: as plain text.</summary>
    [Parameter(ParameterSetName = IdSet)]
    public SwitchParameter AsPlainText { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IReadOnlyList<TokenConnection> connections = ResolveConnections(Connection);
        if (ParameterSetName == IdSet)
        {
            foreach (string id in Id)
            {
                Read(connections, id);
            }

            return;
        }

        TokenFilter filter;
        try
        {
            filter = CreateFilter();
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, Shard);
            throw;
        }

        var missing = filter.Names.Where(name => name.IsLiteral).GroupBy(name => name.Text, StringComparer.OrdinalIgnoreCase).Select(same => same.First()).ToList();
        ConnectionStore store = Connections;
        var outer = store.WholeList;
        store.WholeList = IsEverything() ? (MyInvocation, connections) : null;
        try
        {
            foreach (TokenConnection connection in connections)
            {
                List(connection, filter, missing, alone: connections.Count == 1);
            }
        }
        finally
        {
            store.WholeList = outer;
        }

        foreach (NamePattern name in missing)
        {
            Fail(NotFound($"named '{SecretText.Mask(name.Text)}'"), SecretText.Mask(name.Text));
        }
    }

    private static ApiTokenException NotFound(string what) =>
        new(ErrorKind.ObjectNotFound, $"There is no token {what}.", "Get-ApiToken without a name or id lists what there is.");

    private TokenFilter CreateFilter()
    {
        DateTimeOffset now = Clock.UtcNow;
        return new TokenFilter
        {
            Names = [.. Name.Select(name => new NamePattern(name))],
            Statuses = Status,
            User = User,
            Issuer = Issuer,
            Role = Role,
            ExpiresBefore = Earlier(ExpiresBefore, now + ExpiringWithin),
            ExpiresAfter = ExpiringWithin is null ? null : now,
            CreatedBefore = CreatedBefore,
            NeverExpires = NeverExpires,
            UnusedSince = now - UnusedFor,
            Shard = Shard is null ? null : ApiTokens.Shard.Parse(Shard),
        };
    }

    // By name, at most, and by one that every token has.
    private bool IsEverything() =>
        (Name.Length == 0 || Name.Any(name => new NamePattern(name).MatchesEverything))
        && MyInvocation.BoundParameters.Keys.All(parameter => Array.IndexOf(Narrowing, parameter) < 0);

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left < right ? left : right ?? left;

    private void List(TokenConnection connection, TokenFilter filter, List<NamePattern> missing, bool alone)
    {
        try
        {
            foreach (ApiToken token in Enumerate(cancellationToken => connection.Tokens.List(filter, cancellationToken)))
            {
                if (missing.Count > 0)
                {
                    missing.RemoveAll(name => name.IsMatch(token.Name));
                }

                Connections.Listed.Note(token);
                WriteObject(token);
            }
        }
        catch (ApiTokenException e) when (alone && e.Kind == ErrorKind.AuthenticationError)
        {
            FailTerminating(e, connection);
        }
        catch (ApiTokenException e)
        {
            // A list that failed does not show that a name is missing.
            missing.Clear();
            Fail(e, connection);
        }
    }

    private void Read(IReadOnlyList<TokenConnection> connections, string id)
    {
        TokenConnection[] possible = [.. connections.Where(connection => connection.Tokens.IsId(id))];
        if (possible.Length == 0)
        {
            Fail(NotFound($"with id '{SecretText.Mask(id)}': it has not the form of an id of {string.Join(", ", connections.Select(connection => connection.Service).Distinct())}"), SecretText.Mask(id));
        }

        foreach (TokenConnection connection in possible)
        {
            try
            {
                WriteObject(IncludeSecret
                    ? Issued.ForOutput(Wait(cancellationToken => connection.Tokens.GetWithSecretAsync(id, cancellationToken)), AsPlainText)
                    : Wait(cancellationToken => connection.Tokens.GetAsync(id, cancellationToken)));
            }
            catch (ApiTokenException e)
            {
                Fail(e, id);
            }
        }
    }
}
