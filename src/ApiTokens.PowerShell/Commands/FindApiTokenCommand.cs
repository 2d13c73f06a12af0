using System.Globalization;
using System.Management.Automation;
using System.Security;
using ApiTokens.Leaks;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Finds the tokens that leaked secrets belong to, or may belong to. Errors for other values contain their location but not the value.
/// </summary>
[Cmdlet(VerbsCommon.Find, "ApiToken", DefaultParameterSetName = SecretSet)]
[OutputType(typeof(FoundToken))]
public sealed class FindApiTokenCommand : ApiTokenCmdlet
{
    private const string SecretSet = "Secret";
    private const string PathSet = "Path";

    private SecretSearch? _search;
    private int _count;
    private int _candidates;
    private bool _progressShown;

    /// <summary>The secrets, as SecureStrings or as objects with a property Secret.</summary>
    [Parameter(
        Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = SecretSet,
        HelpMessage = "Specifies the secrets: SecureStrings, or objects with a property Secret, such as issued tokens or rows of a "
            + "scanner's JSON.")]
    [SecretTransformation]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public SecureString[] Secret { get; set; } = [];

    /// <summary>Files with leaked secrets, one per line, or a scanner's report as text, CSV or JSON.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = PathSet,
        HelpMessage = "Specifies files with one value per line, or findings of a scanner (gitleaks, trufflehog) as text, CSV or JSON, in "
            + "which secrets are recognized by their format.")]
    public string[] Path { get; set; } = [];

    /// <summary>The connections, as objects, names or wildcard patterns; all connections by default.</summary>
    [Parameter(HelpMessage = "Specifies the connections to search: names, wildcard patterns or objects from Get-ApiTokenService.")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>
    /// Tests whether a secret works by sending it to the services whose format it has. A token is returned only if its service accepts it.
    /// </summary>
    [Parameter(HelpMessage = "Also asks the services whose format a secret matches whether they accept it.")]
    public SwitchParameter Probe { get; set; }

    /// <summary>The maximum number of tokens to read one by one per connection, if the comparison needs that (Devo).</summary>
    [Parameter(
        HelpMessage = "Specifies the maximum number of tokens to read for each connection of a service whose tokens must be read one by "
            + "one (Devo).")]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public int MaximumReads { get; set; } = 10_000;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // If there is no connection, ResolveConnections reports the same error as for other cmdlets.
        IReadOnlyList<TokenConnection> connections = Connection is null && Connections.All.Count > 0
            ? [.. Connections.All]
            : ResolveConnections(Connection);
        _search = new SecretSearch(connections) { Probe = Probe, MaximumReads = MaximumReads };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == SecretSet)
        {
            foreach (SecureString secret in Secret)
            {
                Add(new LeakedSecret(secret, $"secret {(++_count).ToString(CultureInfo.InvariantCulture)}"));
            }

            return;
        }

        foreach (string path in Path)
        {
            try
            {
                foreach (LeakedSecret secret in LeakFile.Read(GetUnresolvedProviderPathFromPSPath(path), Stop))
                {
                    Add(secret);
                    secret.Secret.Dispose();
                    _count++;
                }
            }
            catch (ApiTokenException e)
            {
                Fail(e, path);
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == PathSet)
        {
            WriteVerbose($"{_count.ToString("N0", CultureInfo.InvariantCulture)} values may be secrets.");
        }

        Search();
        if (_candidates > 0)
        {
            WriteWarning(
                (_candidates == 1 ? "1 of the tokens is a candidate: a secret suggests it, "
                    : $"{_candidates.ToString("N0", CultureInfo.InvariantCulture)} of the tokens are candidates: the secrets suggest them, ")
                + "but the service has not proven it (MatchedBy: Form, Claims or Masked). Anybody can write such a value. To have the "
                + "services prove it, specify -Probe. Remove-ApiToken, Disable-ApiToken and Reset-ApiToken ask for each candidate, or "
                + "require -AllowUnproven.");
        }

        if (_progressShown)
        {
            WriteProgress(new ProgressRecord(0, "Find API tokens", "done") { RecordType = ProgressRecordType.Completed });
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _search?.Dispose();
        base.Dispose(disposing);
    }

    private void Add(LeakedSecret secret)
    {
        if (_search!.Add(secret) is { } error)
        {
            Fail(error, secret.Source);
        }
        else if (_search.IsFull)
        {
            Search();
        }
    }

    private void Search()
    {
        foreach (SearchEvent step in Enumerate(_search!.Run))
        {
            Write(step);
        }

        foreach ((string source, ApiTokenException error) in _search.TakeUnattributed())
        {
            Fail(error, source);
        }
    }

    private void Write(SearchEvent step)
    {
        if (step.Error is { } error)
        {
            Fail(error, step.Connection);
        }
        else if (step.Found is { } found)
        {
            if (found.IsConnectionCredential)
            {
                WriteWarning(ForeignText.InMessage(
                    $"{found.Source} is the credential of the connection '{step.Connection}', the token {found}. "
                    + "Connect with another credential, then remove the token. Otherwise Remove-ApiToken requires -Force."));
            }

            _candidates += found.IsProven ? 0 : 1;
            WriteObject(found);
        }
        else if (step.Total > 0)
        {
            _progressShown = true;
            string status = string.Format(
                CultureInfo.InvariantCulture, "{0}: {1:N0} of {2:N0} tokens compared", step.Connection, step.Read, step.Total);
            WriteProgress(new ProgressRecord(0, "Find API tokens", ForeignText.InMessage(status))
            {
                PercentComplete = (int)(100L * step.Read / step.Total),
            });
        }
    }
}
