using System.Management.Automation;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Lists tokens and streams them, or reads tokens by id.</summary>
[Cmdlet(VerbsCommon.Get, "ApiToken", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(ApiToken), typeof(IssuedToken), typeof(PlainTextToken))]
public sealed class GetApiTokenCommand : ApiTokenCmdlet
{
    private const string FilterSet = "Filter";
    private const string IdSet = "Id";

    private static readonly TokenStatus[] AllStatuses = [.. Enum.GetValues(typeof(TokenStatus)).Cast<TokenStatus>()];

    private static readonly string[] FilterParameters =
    [
        nameof(Status), nameof(User), nameof(Issuer), nameof(Role), nameof(ExpiringWithin), nameof(ExpiresBefore),
        nameof(CreatedBefore), nameof(NeverExpires), nameof(UnusedFor), nameof(Shard),
    ];

    /// <summary>The names or wildcard patterns.</summary>
    [Parameter(Position = 0, ParameterSetName = FilterSet, HelpMessage = "Specifies names or wildcard patterns: *, ?, [a-z].")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TokenNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The ids.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet, HelpMessage = "Specifies ids.")]
    [ArgumentCompleter(typeof(TokenIdCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>The connections, as objects, names or wildcard patterns; the newest connection by default.</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the connections: names, wildcard patterns or objects from Get-ApiTokenService; * selects all "
            + "connections.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>The statuses. By default, all except revoked and deleted tokens are listed.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens with this status: Active, Inactive, Expired or Revoked.")]
    [TokenStatusTransformation]
    public TokenStatus[] Status { get; set; } = [];

    /// <summary>The users whom the tokens act for, as names or wildcard patterns.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens that act for one of these users.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserCompleter))]
    [Alias("Owner")]
    public string[] User { get; set; } = [];

    /// <summary>The users or tokens that created the tokens: names, email addresses, ids or wildcard patterns.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens that one of these users or tokens created.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string[] Issuer { get; set; } = [];

    /// <summary>The roles, as names, ids or wildcard patterns (Gcore, Losant).</summary>
    [Parameter(
        ParameterSetName = FilterSet,
        HelpMessage = "Gets only tokens with one of these roles: names, ids or wildcard patterns (Gcore, Losant).")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[] Role { get; set; } = [];

    /// <summary>Lists tokens that expire within this time from now.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens that expire within this time from now.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? ExpiringWithin { get; set; }

    /// <summary>Lists tokens that expire or expired before this time.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens that expire or expired before this time.")]
    [DateTimeTransformation]
    [ArgumentCompleter(typeof(DateCompleter))]
    public DateTimeOffset? ExpiresBefore { get; set; }

    /// <summary>Lists tokens that were issued before this time.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens that were issued before this time.")]
    [DateTimeTransformation]
    [ArgumentCompleter(typeof(DateCompleter))]
    public DateTimeOffset? CreatedBefore { get; set; }

    /// <summary>Lists tokens that never expire.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets only tokens that never expire.")]
    public SwitchParameter NeverExpires { get; set; }

    /// <summary>Lists tokens that were not used for this time, if the service reports their last use.</summary>
    [Parameter(
        ParameterSetName = FilterSet,
        HelpMessage = "Gets only tokens that were not used for this time, or were never used and are older.")]
    [DurationTransformation(Back = true)]
    [ArgumentCompleter(typeof(PeriodCompleter))]
    public TimeSpan? UnusedFor { get; set; }

    /// <summary>A fixed part of the tokens, such as 3/8, so that several machines can share a job.</summary>
    [Parameter(ParameterSetName = FilterSet, HelpMessage = "Gets one part of the tokens, such as 3/8: the third of eight.")]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Shard { get; set; }

    /// <summary>Also reads the secret, if the service shows it (Devo, to owner and user).</summary>
    [Parameter(ParameterSetName = IdSet, HelpMessage = "Also gets the secret, as a SecureString.")]
    public SwitchParameter IncludeSecret { get; set; }

    /// <summary>With -IncludeSecret: writes the secret as plain text.</summary>
    [Parameter(ParameterSetName = IdSet, HelpMessage = "Returns the secret as plain text instead of a SecureString.")]
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

        var missing = filter.Names.Where(name => name.IsLiteral)
            .GroupBy(name => name.Text, StringComparer.OrdinalIgnoreCase)
            .Select(same => same.First())
            .ToList();
        List<ValueFilter> unmatched = ValueFilters();
        ConnectionStore store = Connections;
        var outer = store.UnfilteredList;
        store.UnfilteredList = IsUnfiltered() ? (MyInvocation, connections) : null;
        try
        {
            foreach (TokenConnection connection in connections)
            {
                List(connection, filter, missing, unmatched, alone: connections.Count == 1);
            }
        }
        finally
        {
            store.UnfilteredList = outer;
        }

        WarnOfUserFilter(connections);

        foreach (NamePattern name in missing)
        {
            string shown = ForeignText.Argument(name.Text);
            string id = connections.Any(connection => connection.Tokens.IsId(name.Text)) ? ". It can be an id: specify -Id" : string.Empty;
            Fail(NotFound($"named '{shown}'{id}", connections), shown);
        }

        foreach (ValueFilter value in unmatched)
        {
            WriteWarning($"No listed token matches -{value.Parameter} '{ForeignText.Argument(value.Text)}'.");
        }
    }

    // A list by user may miss tokens where the service does not tell whom they act for.
    private void WarnOfUserFilter(IReadOnlyList<TokenConnection> connections)
    {
        foreach (TokenConnection connection in connections.Where(_ => User.Length > 0))
        {
            if (connection.Tokens.UserFilterLimit is { } compared)
            {
                WriteWarning(ForeignText.InMessage(
                    $"{connection.Service} does not tell whom each token of {Describe(connection)} acts for. -User compared {compared}. "
                    + "Tokens that another token or a workflow created are not included."));
            }
        }
    }

    // The values that are not patterns, to tell which of them match nothing. A role may be an id, which only the service knows.
    private List<ValueFilter> ValueFilters() =>
    [
        .. Values(nameof(User), User, user => new TokenFilter { Users = user, Statuses = AllStatuses }),
        .. Values(nameof(Issuer), Issuer, issuer => new TokenFilter { Issuers = issuer, Statuses = AllStatuses }),
        .. Values(nameof(Role), [.. Role.Where(role => !role.All(char.IsDigit))],
            role => new TokenFilter { Roles = role, Statuses = AllStatuses }),
    ];

    private static IEnumerable<ValueFilter> Values(string parameter, string[] texts, Func<NamePattern[], TokenFilter> filter) =>
        texts.Select(text => new NamePattern(text)).Where(pattern => pattern.IsLiteral)
            .Select(pattern => new ValueFilter(parameter, pattern.Text, filter([pattern])));

    private static ApiTokenException NotFound(string description, IEnumerable<TokenConnection> connections) => new(
        ErrorKind.ObjectNotFound, $"There is no token {description}.", $"To list the tokens: {CommandText.List(connections)}");

    private TokenFilter CreateFilter()
    {
        DateTimeOffset now = Clock.UtcNow;
        return new TokenFilter
        {
            Names = Patterns(Name),
            Statuses = Status,
            Users = Patterns(User),
            Issuers = Patterns(Issuer),
            Roles = Patterns(Role),
            ExpiresBefore = Earlier(ExpiresBefore, now + ExpiringWithin),
            ExpiresAfter = ExpiringWithin is null ? null : now,
            CreatedBefore = CreatedBefore,
            NeverExpires = NeverExpires,
            UnusedSince = now - UnusedFor,
            Shard = Shard is null ? null : ApiTokens.Shard.Parse(Shard),
        };
    }

    private static NamePattern[] Patterns(string[] texts) => [.. texts.Select(text => new NamePattern(text))];

    // No filter, or only a name pattern that matches every token.
    private bool IsUnfiltered() =>
        (Name.Length == 0 || Name.Any(name => new NamePattern(name).MatchesEverything))
        && MyInvocation.BoundParameters.Keys.All(parameter => Array.IndexOf(FilterParameters, parameter) < 0);

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left < right ? left : right ?? left;

    private void List(
        TokenConnection connection, TokenFilter filter, List<NamePattern> missing, List<ValueFilter> unmatched, bool alone)
    {
        int listed = 0;
        try
        {
            foreach (ApiToken token in Enumerate(cancellationToken => connection.Tokens.List(filter, cancellationToken)))
            {
                if (missing.Count > 0)
                {
                    missing.RemoveAll(name => name.IsMatch(token.Name));
                }

                if (unmatched.Count > 0)
                {
                    unmatched.RemoveAll(value => value.Filter.IsMatch(token));
                }

                Connections.Listed.Add(token, listed++);
                WriteObject(token);
            }
        }
        catch (ApiTokenException e) when (alone && e.Kind == ErrorKind.AuthenticationError)
        {
            FailTerminating(e, connection);
        }
        catch (ApiTokenException e) when (!alone && e.ErrorId == ErrorIds.OperationNotSupported)
        {
            WriteWarning(ForeignText.InMessage($"{Describe(connection)} is not included: {e.Message}"));
        }
        catch (ApiTokenException e)
        {
            // The list is incomplete, so it is not known which names and values are missing.
            missing.Clear();
            unmatched.Clear();
            Fail(e, connection);
        }
    }

    private void Read(IReadOnlyList<TokenConnection> connections, string id)
    {
        TokenConnection[] candidates = [.. connections.Where(connection => connection.Tokens.IsId(id))];
        if (candidates.Length == 0)
        {
            string services = string.Join(", ", connections.Select(connection => connection.Service).Distinct());
            string shown = ForeignText.Argument(id);
            Fail(NotFound($"with id '{shown}': the id does not have the format of {services}", connections), shown);
        }

        foreach (TokenConnection connection in candidates)
        {
            try
            {
                WriteObject(IncludeSecret
                    ? PlainTextToken.ForOutput(
                        Wait(cancellationToken => connection.Tokens.GetWithSecretAsync(id, cancellationToken)), AsPlainText)
                    : Wait(cancellationToken => connection.Tokens.GetAsync(id, cancellationToken)));
            }
            catch (ApiTokenException e)
            {
                WriteError(ErrorRecords.Create(e, id, connection.Name));
            }
        }
    }

    private sealed record ValueFilter(string Parameter, string Text, TokenFilter Filter);
}
