using System.Management.Automation;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Reports;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Compares tokens with those of an earlier report, or two lists of tokens.</summary>
[Cmdlet(VerbsData.Compare, "ApiToken", DefaultParameterSetName = PathSet)]
[OutputType(typeof(TokenChange), typeof(bool))]
public sealed class CompareApiTokenCommand : ApiTokenCmdlet
{
    private const string PathSet = "Path";
    private const string ObjectSet = "Object";

    private readonly ReportInput _difference = new();
    private bool _failed;

    /// <summary>The JSON report with the earlier tokens.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ParameterSetName = PathSet,
        HelpMessage = "Specifies the JSON report of Export-ApiTokenReport with the earlier tokens.")]
    [Alias("Reference")]
    [ValidateNotNullOrEmpty]
    public string ReferencePath { get; set; } = string.Empty;

    /// <summary>The earlier tokens.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ObjectSet, HelpMessage = "Specifies the earlier tokens.")]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSObject[]? ReferenceObject { get; set; }

    /// <summary>The JSON report with the later tokens.</summary>
    [Parameter(Position = 1, HelpMessage = "Specifies the JSON report of Export-ApiTokenReport with the later tokens.")]
    [Alias("Difference")]
    [ValidateNotNullOrEmpty]
    public string? DifferencePath { get; set; }

    /// <summary>The later tokens; by default, those that exist now.</summary>
    [Parameter(ValueFromPipeline = true, HelpMessage = "Specifies the later tokens.")]
    [AllowNull]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public PSObject[]? DifferenceObject { get; set; }

    /// <summary>The connections whose tokens are listed and compared, as objects, names or wildcard patterns; all by default.</summary>
    [Parameter(
        HelpMessage = "Specifies the connections whose tokens are listed and compared: names, wildcard patterns or objects from "
            + "Get-ApiTokenService.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>Returns a Boolean: true if all tokens could be compared and nothing has changed.</summary>
    [Parameter(
        HelpMessage = "Returns one boolean instead of changes: true if all tokens could be compared and nothing has changed.")]
    public SwitchParameter Quiet { get; set; }

    private bool HasDifference => MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(DifferenceObject));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string[] sources =
        [
            .. new[]
            {
                (nameof(DifferencePath), DifferencePath is not null),
                (nameof(Connection), Connection is not null),
                (nameof(DifferenceObject), HasDifference),
            }.Where(source => source.Item2).Select(source => source.Item1),
        ];
        if (sources.Length > 1)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter(
                    sources[0], $"it cannot be combined with -{sources[1]}.",
                    "Specify the later tokens in one way: -DifferencePath, -DifferenceObject or the pipeline, or -Connection."),
                null);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Add(_difference, DifferenceObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<ReportToken> reference = ReadReference();
        IReadOnlyList<TokenChange> changes =
            HasDifference ? TokenComparison.Compare(reference, _difference.Tokens)
            : DifferencePath is { } path ? TokenComparison.Compare(reference, Read(path, nameof(DifferencePath)))
            : CompareWithNow(reference);
        if (Quiet)
        {
            WriteObject(!_failed && changes.Count == 0);
        }
        else
        {
            WriteObject(changes, enumerateCollection: true);
        }
    }

    private IReadOnlyList<ReportToken> ReadReference()
    {
        if (ParameterSetName == PathSet)
        {
            return Read(ReferencePath, nameof(ReferencePath));
        }

        var input = new ReportInput();
        Add(input, ReferenceObject);
        return input.Tokens;
    }

    private IReadOnlyList<ReportToken> Read(string path, string parameter)
    {
        try
        {
            return ReportReader.ReadTokens(GetUnresolvedProviderPathFromPSPath(path), parameter);
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, path);
            throw;
        }
    }

    private void Add(ReportInput input, PSObject[]? objects)
    {
        foreach (PSObject value in objects?.OfType<PSObject>() ?? [])
        {
            try
            {
                if (!input.TryAdd(value))
                {
                    ReportFailure(ReportInput.Unknown(value), value);
                }
            }
            catch (ApiTokenException e)
            {
                ReportFailure(e, value);
            }
        }
    }

    // Only the accounts that were listed are compared: the tokens of others are not gone.
    private IReadOnlyList<TokenChange> CompareWithNow(IReadOnlyList<ReportToken> reference)
    {
        IReadOnlyList<TokenConnection> connections =
            Connection is null && Connections.All.Count > 0 ? Connections.All : ResolveConnections(Connection);
        var now = new ReportInput();
        var listed = new HashSet<AccountIdentity>();
        foreach (TokenConnection connection in connections)
        {
            try
            {
                ApiToken[] tokens =
                    [.. Enumerate(cancellationToken => connection.Tokens.List(TokenFilter.Existing, cancellationToken))];
                Add(now, [.. tokens.Select(PSObject.AsPSObject)]);
                listed.Add(connection.AccountIdentity);
            }
            catch (ApiTokenException e)
            {
                ReportFailure(e, connection);
            }
        }

        ReportMissingAccounts(reference, connections);
        return TokenComparison.Compare(reference.Where(token => listed.Contains(token.AccountIdentity)), now.Tokens);
    }

    private void ReportMissingAccounts(IReadOnlyList<ReportToken> reference, IReadOnlyList<TokenConnection> connections)
    {
        IEnumerable<IGrouping<AccountIdentity, ReportToken>> missing = reference.GroupBy(token => token.AccountIdentity)
            .Where(account => !connections.Any(connection => connection.AccountIdentity.Equals(account.Key)));
        foreach (IGrouping<AccountIdentity, ReportToken> account in missing)
        {
            string message = FormattableString.Invariant(
                $"The {account.Count()} tokens of {account.Key} in the reference were not compared");
            if (Connection is not null)
            {
                WriteVerbose(ForeignText.InMessage($"{message}."));
                continue;
            }

            ReportFailure(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound,
                    $"{message}, because there is no connection to this account.",
                    "Connect to the account, or use -Connection to specify the accounts to compare.",
                    ErrorIds.ConnectionNotFound),
                account.Key.ToString());
        }
    }

    private void ReportFailure(ApiTokenException error, object? target)
    {
        _failed = true;
        Fail(error, target);
    }
}
