using System.Management.Automation;
using System.Runtime.ExceptionServices;
using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>
/// Issues a token for one job, runs a script block with it, and removes the token whatever happens: an error, Ctrl+C, or a pipeline that
/// ends early.
/// </summary>
[Cmdlet(VerbsOther.Use, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(object))]
public sealed class UseApiTokenCommand : IssueCmdlet
{
    private readonly List<UseOperation> _operations = [];
    private Exception? _jobError;

    /// <summary>The script block. It gets the token in $_, and the secret as a SecureString as its first argument.</summary>
    [Parameter(
        Mandatory = true, Position = 0,
        HelpMessage = "Specifies the script block to run.")]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>The start of the display name. A unique ending is added.</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the start of the display name, to which a unique ending is added.")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string Name { get; set; } = "temporary";

    /// <summary>
    /// The time limit of the job: a TimeSpan, or 1h, 30m. Where the service allows it, the token expires five minutes later.
    /// </summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the time that the script block needs at most.")]
    [DurationTransformation]
    [ArgumentCompleter(typeof(LifetimeCompleter))]
    public TimeSpan? ExpiresIn { get; set; }

    internal override string OperationName => JournalOperations.Use;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        TokenConnection connection;
        UseOperation operation;
        NewTokenRequest request;
        try
        {
            connection = OneConnection(Connection);
            TimeSpan limit = ExpiresIn is { } time && time <= TimeSpan.Zero
                ? throw ApiTokenException.InvalidParameter(
                    nameof(ExpiresIn), $"'{ExpiresIn}' is not a positive time span.", "Specify a time span such as 1h, or omit it.")
                : ExpiresIn ?? TimeSpan.FromHours(1);
            request = CreateRequest($"{Name}-{Guid.NewGuid():N}".Substring(0, Name.Length + 9), UseOperation.GetExpiry(connection, limit));
            string purpose = $"{Name} {CreateRequest(string.Empty, TokenExpiry.ServiceDefault).Fingerprint()}";
            operation = new UseOperation(connection, purpose, request, RunJob) { Target = Name };
            operation.Validate();
        }
        catch (ApiTokenException e)
        {
            FailInput(e, Name);
            return;
        }

        if (Confirm($"'{request.Name}'{Details(request)} on {Describe(connection)}", "Use API token for one job"))
        {
            _operations.Add(operation);
            Queue(operation);
            CompleteQueued();
            if (_jobError is { } error)
            {
                _jobError = null;
                ExceptionDispatchInfo.Capture(error).Throw();
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (ApiToken token in _operations.Select(operation => operation.Remaining).OfType<ApiToken>())
        {
            Warn($"The token {token} on {token.Connection} was issued for one job and was not removed. Remove it: "
                + $"{CommandText.Remove(token)}");
        }

        _operations.Clear();
    }

    // An error of the script block is thrown after the token was removed.
    private void RunJob(IssuedToken issued)
    {
        try
        {
            ScriptCall.Stream(this, ScriptBlock, PSObject.AsPSObject(issued.WithoutSecret()), issued.GetSecret());
        }
#pragma warning disable CA1031 // A script block can throw anything.
        catch (Exception e) when (e is not PipelineStoppedException)
#pragma warning restore CA1031
        {
            _jobError = e;
        }
    }
}
